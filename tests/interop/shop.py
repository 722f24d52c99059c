"""A shop that uses the official CloudEvents SDK for Python and librdkafka.

    shop.py write BROKERS structured|binary   the events on standard input, one {"topic", "event"} a line
    shop.py read BROKERS TOPIC...             every event of the topics so far, one {"topic", "number", "event"} a line

What is written is as the SDK makes it, and what is read is as the SDK understands it: this program decides nothing.
"""

import json
import sys
from datetime import datetime

from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka, to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, Producer, TopicPartition

SECONDS_MAX = 30


def event_of(attributes):
    data = attributes.pop("data")
    attributes["time"] = datetime.fromisoformat(attributes["time"].replace("Z", "+00:00"))
    return CloudEvent(attributes, data)


def write(brokers, mode):
    failures = []
    producer = Producer({"bootstrap.servers": brokers, "partitioner": "murmur2_random"})
    to_message = {"structured": to_structured, "binary": to_binary}[mode]
    for line in sys.stdin:
        written = json.loads(line)
        message = to_message(event_of(written["event"]), JSONFormat())
        producer.produce(
            written["topic"],
            key=message.key,
            value=message.value,
            headers=message.headers,
            on_delivery=lambda error, _: error and failures.append(error),
        )
    left = producer.flush(SECONDS_MAX)
    if left or failures:
        sys.exit(f"{left} messages were not acknowledged, {len(failures)} refused: {failures[:1]}")


def understood(message):
    headers = dict(message.headers() or [])
    event = from_kafka(KafkaMessage(headers, message.key(), message.value()), JSONFormat())
    attributes = {**event.get_attributes(), "time": event.get_time().isoformat()}
    number = headers.get("tribute-number", b"").decode()
    return {"topic": message.topic(), "number": number, "event": {**attributes, "data": event.get_data()}}


def read(brokers, topics):
    # Nothing is committed; librdkafka wants a group all the same.
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": "tribute-interop", "enable.auto.commit": False})
    ends = {}
    for topic in topics:
        for partition in consumer.list_topics(topic, SECONDS_MAX).topics[topic].partitions:
            first, end = consumer.get_watermark_offsets(TopicPartition(topic, partition), SECONDS_MAX)
            if end > first:
                ends[topic, partition] = end
    consumer.assign([TopicPartition(*place, OFFSET_BEGINNING) for place in ends])
    while ends:
        message = consumer.poll(SECONDS_MAX)
        if message is None:
            sys.exit(f"no message for {SECONDS_MAX} s, and {sorted(ends)} are not read to their ends")
        if message.error():
            raise KafkaException(message.error())
        place = message.topic(), message.partition()
        if message.offset() >= ends.get(place, 0) - 1:
            ends.pop(place, None)
        print(json.dumps(understood(message)))
    consumer.close()


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] == "write":
        write(sys.argv[2], sys.argv[3])
    elif len(sys.argv) >= 4 and sys.argv[1] == "read":
        read(sys.argv[2], sys.argv[3:])
    else:
        sys.exit(__doc__)
