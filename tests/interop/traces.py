"""Decodes what was exported by OTLP (a request in hexadecimal on each line) by the official messages: a span a line, as JSON."""

import json
import sys

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status


def values(attributes):
    return {it.key: getattr(it.value, it.value.WhichOneof("value")) for it in attributes}


def shown(span, resource):
    return {
        "trace": span.trace_id.hex(),
        "span": span.span_id.hex(),
        "parent": span.parent_span_id.hex(),
        "name": span.name,
        "kind": Span.SpanKind.Name(span.kind),
        "start": span.start_time_unix_nano,
        "end": span.end_time_unix_nano,
        "failed": span.status.code == Status.STATUS_CODE_ERROR,
        "attributes": values(span.attributes),
        "resource": values(resource.attributes),
    }


for line in sys.stdin:
    for of_resource in ExportTraceServiceRequest.FromString(bytes.fromhex(line)).resource_spans:
        for of_scope in of_resource.scope_spans:
            for span in of_scope.spans:
                print(json.dumps(shown(span, of_resource.resource)))
