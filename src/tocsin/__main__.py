"""`python -m tocsin` is the program `tocsin`."""

from tocsin.project.program import main

if __name__ == "__main__":
    main()
