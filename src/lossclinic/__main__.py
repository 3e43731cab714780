"""`python -m lossclinic` is the command `lossclinic`."""

from lossclinic.cli.main import main

if __name__ == "__main__":
    main()
