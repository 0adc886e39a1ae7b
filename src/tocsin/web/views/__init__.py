"""What answers each address, in files by theme. Views parse, check access, ask the desk or the store, and render; they
decide nothing about incidents."""
