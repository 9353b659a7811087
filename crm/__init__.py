"""The guest-file centre: facts, kept once.

Layers, top to bottom: profile, intake, privacy, complaints, loyalty,
stays | preferences | documents, guests, companies, staff, audit, hotels, kit.
Calls go down only; news goes up as event rows written in the same transaction.
"""
