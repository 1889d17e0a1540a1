"""HL7 version 2 over MLLP: observation results (ORU^R01), acknowledged when they are on disk."""
