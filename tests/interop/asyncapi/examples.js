// Whether our events are what the AsyncAPI document says of them.
//
//     examples.js DOCUMENT FOLDER   FOLDER holds one event in JSON a type
//
// Every message of the document is put together from its type's event, in its content mode, and checked against the
// message's schemas for headers and payload. Each problem is a line; it fails where there is one.
"use strict";

const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const Ajv = require("ajv");
const addFormats = require("ajv-formats");

const STRUCTURED = "application/cloudevents+json; charset=UTF-8";

function structured(event) {
  const headers = { "content-type": STRUCTURED };
  if (event.source === "/tribute") headers["tribute-number"] = event.id.split("/")[1];
  return { headers, payload: event };
}

function binary({ data, datacontenttype, ...attributes }) {
  const headers = Object.entries(attributes).map(([name, value]) => [`ce_${name}`, value]);
  return { headers: { "content-type": datacontenttype, ...Object.fromEntries(headers) }, payload: data };
}

const [path, folder] = process.argv.slice(2);
const document = JSON.parse(readFileSync(path, "utf8"));
// Formats that say how large a number is; the type says what it is.
const formats = { uint32: true, uint64: true };
const ajv = new Ajv({ strict: false, allErrors: true, formats });
addFormats(ajv);
ajv.addSchema(document, "document");

const problems = [];
for (const [name, message] of Object.entries(document.components.messages)) {
  const event = JSON.parse(readFileSync(join(folder, `${message.name}.json`), "utf8"));
  const example = message.contentType === STRUCTURED ? structured(event) : binary(event);
  for (const part of ["headers", "payload"]) {
    const check = ajv.compile({ $ref: `document#/components/messages/${name}/${part}` });
    if (check(example[part])) continue;
    problems.push(...check.errors.map((it) => `${name} ${part}${it.instancePath}: ${it.message}`));
  }
}
problems.forEach((problem) => console.error(problem));
process.exit(problems.length > 0 ? 1 : 0);
