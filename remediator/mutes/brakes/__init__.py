"""The brakes that are on until a person says so: a storm, another remediator, a store that was put back from a copy."""
