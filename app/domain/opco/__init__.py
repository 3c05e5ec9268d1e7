"""The eleven OPCOs: which one an establishment has, telling it of needs, and its follow-up."""
