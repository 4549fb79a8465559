"""The configuration: one YAML file, checked whole, with a place for every mistake. Knows only the model.

Invariant: a `Config` that exists is valid and stands between the defaults and the floors; there is no half-loaded one.
"""

from remediator.config.errors import ConfigError, SecretError
from remediator.config.limits import Limits
from remediator.config.loading import load_config
from remediator.config.models import Config

__all__ = ["Config", "ConfigError", "Limits", "SecretError", "load_config"]
