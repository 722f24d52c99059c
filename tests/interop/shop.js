// A shop that uses the official CloudEvents SDK for JavaScript and KafkaJS.
//
//     shop.js write BROKERS structured|binary   the events on standard input, one {"topic", "event"} a line
//     shop.js read BROKERS TOPIC...             every event of the topics so far, one {"topic", "number", "event"} a line
//
// What is written is as the SDK makes it, and what is read is as the SDK understands it: this program decides nothing.
"use strict";

const { randomUUID } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { CloudEvent, Kafka: binding } = require("cloudevents");
const { CompressionCodecs, CompressionTypes, Kafka, Partitioners, logLevel } = require("kafkajs");
const lz4 = require("lz4js");

// What we write is compressed with LZ4, for which KafkaJS wants a codec from outside.
CompressionCodecs[CompressionTypes.LZ4] = () => ({
  compress: async (encoder) => Buffer.from(lz4.compress(encoder.buffer)),
  decompress: async (bytes) => Buffer.from(lz4.decompress(bytes)),
});

const client = (brokers) =>
  new Kafka({ clientId: "tribute-interop", brokers: brokers.split(","), logLevel: logLevel.ERROR });

async function write(brokers, mode) {
  const producer = client(brokers).producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
    const { topic, event } = JSON.parse(line);
    const { key, value, headers, timestamp } = binding[mode](new CloudEvent(event));
    // In the binary mode the SDK leaves the data an object, and names headers of attributes that the event does not
    // have; KafkaJS wants bytes and takes only headers with a value.
    const bytes = typeof value === "string" ? value : JSON.stringify(value);
    const present = Object.fromEntries(Object.entries(headers).filter(([, text]) => text !== undefined));
    await producer.send({ topic, messages: [{ key, value: bytes, headers: present, timestamp }] });
  }
  await producer.disconnect();
}

function understood(topic, { key, value, headers }) {
  const texts = Object.fromEntries(Object.entries(headers).map(([name, bytes]) => [name, bytes.toString()]));
  const event = binding.toEvent({ key: key?.toString(), value: value.toString(), headers: texts });
  event.validate();
  return { topic, number: texts["tribute-number"], event };
}

// The offset after the last message of every partition that has one.
async function endsOf(kafka, topics) {
  const admin = kafka.admin();
  await admin.connect();
  const ends = new Map();
  for (const topic of topics) {
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
      if (BigInt(high) > BigInt(low)) ends.set(`${topic}/${partition}`, BigInt(high));
    }
  }
  await admin.disconnect();
  return ends;
}

async function read(brokers, topics) {
  const kafka = client(brokers);
  const ends = await endsOf(kafka, topics);
  if (ends.size === 0) return;
  const consumer = kafka.consumer({ groupId: `tribute-interop-${randomUUID()}` });
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  await new Promise((done, failed) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => failed(payload.error));
    const eachMessage = async ({ topic, partition, message }) => {
      const place = `${topic}/${partition}`;
      try {
        process.stdout.write(`${JSON.stringify(understood(topic, message))}\n`);
      } catch (error) {
        failed(new Error(`${place}@${message.offset}: ${error.message}`));
      }
      if (BigInt(message.offset) + 1n >= (ends.get(place) ?? 0n)) ends.delete(place);
      if (ends.size === 0) done();
    };
    consumer.run({ eachMessage }).catch(failed);
  });
  await consumer.disconnect();
}

async function main([command, brokers, ...rest]) {
  if (command === "write" && rest.length === 1 && rest[0] in binding) return write(brokers, rest[0]);
  if (command === "read" && rest.length > 0) return read(brokers, rest);
  throw new Error("usage: shop.js write BROKERS structured|binary | read BROKERS TOPIC...");
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
