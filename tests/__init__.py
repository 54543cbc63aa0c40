"""The tests; `tests.twins` is used by `bench` too."""
