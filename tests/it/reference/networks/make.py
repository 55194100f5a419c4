#!/usr/bin/env python3
"""Writes all references of this folder anew into `made/`; see README.md."""
import features, gan, recurrent, transformers_lm, transformers_vision
from common import MADE

MADE.mkdir(exist_ok=True)
for old in MADE.glob("*.safetensors"):
    old.unlink()
for script in [transformers_lm, recurrent, features, transformers_vision, gan]:
    script.make()
