"""The room itself: notices that people see inside Tocsin."""
