"""A SiLA 2 server that offers the laboratory's open work to other systems, and takes what they report.

What it does beyond the library that it stands on, and why: docs/decisions/0033-a-sila-server-without-a-token.md.
"""
