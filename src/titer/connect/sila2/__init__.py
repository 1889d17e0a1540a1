"""SiLA 2: commands called and properties recorded, each stamped on receipt because the protocol has no time."""
