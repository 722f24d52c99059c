// The official Standard Webhooks library for JavaScript: whether each request on standard input is signed by its secret.
//
// A request is a line of JSON: secret, headers, body. The answer is a line: `valid TYPE`, or `refused`.
const { Webhook, WebhookVerificationError } = require("standardwebhooks");
const lines = require("node:readline").createInterface({ input: process.stdin });

lines.on("line", (line) => {
  const { secret, headers, body } = JSON.parse(line);
  try {
    console.log("valid", new Webhook(secret).verify(body, headers).type);
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    console.log("refused");
  }
});
