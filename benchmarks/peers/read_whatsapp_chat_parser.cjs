// Reads a chat with whatsapp-chat-parser: `read_whatsapp_chat_parser.cjs chat.txt folder-where-npm-installed-it`.
const fs = require('node:fs');
const path = require('node:path');
const { createRequire } = require('node:module');

const [, , chat, installed] = process.argv;
const whatsapp = createRequire(path.resolve(installed, 'x'))('whatsapp-chat-parser');

const started = performance.now();
const messages = whatsapp.parseString(fs.readFileSync(chat, 'utf8'));
const seconds = (performance.now() - started) / 1000;

let first = Infinity;
let last = -Infinity;
for (const { date } of messages) {
  first = Math.min(first, date.getTime());
  last = Math.max(last, date.getTime());
}
const iso = (time) => new Date(time).toISOString().slice(0, 19); // run with TZ=UTC, where local time is UTC
const own = path.join(installed, 'node_modules', 'whatsapp-chat-parser', 'package.json');
const { version } = JSON.parse(fs.readFileSync(own, 'utf8'));
const versions = [`whatsapp-chat-parser ${version}`, `Node.js ${process.versions.node}`];
console.log(JSON.stringify({ seconds, messages: messages.length, first: iso(first), last: iso(last), versions }));
