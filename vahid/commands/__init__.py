"""The commands of `vahid`, one group a module."""
