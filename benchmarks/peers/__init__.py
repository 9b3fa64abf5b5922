"""What a case is compared with: other designs of the same work, run beside ours in one run."""
