"""Gives scripts that would open a browser to sign in the token of CONFORMANCE_TOKEN instead."""

import os
import time

try:
    import azure.identity
    from azure.core.credentials import AccessToken
except ImportError:
    pass
else:
    class _Token:
        def __init__(self, *_, **__):
            pass

        def get_token(self, *_, **__):
            return AccessToken(os.environ["CONFORMANCE_TOKEN"], int(time.time()) + 3600)

        def close(self):
            pass

    azure.identity.InteractiveBrowserCredential = _Token
    azure.identity.DefaultAzureCredential = _Token
