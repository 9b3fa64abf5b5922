"""Technical parts with at least two users each, one noun a module. It has no word of the business."""
