"""The official Standard Webhooks library for Python: whether each request on standard input is signed by its secret.

A request is a line of JSON: secret, headers, body. The answer is a line: `valid TYPE`, or `refused`.
"""

import json
import sys

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

for line in sys.stdin:
    request = json.loads(line)
    try:
        told = Webhook(request["secret"]).verify(request["body"], request["headers"])
        print("valid", told["type"])
    except WebhookVerificationError:
        print("refused")
