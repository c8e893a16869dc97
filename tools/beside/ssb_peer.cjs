// The same pair as hypercore_peer.cjs, of Secure Scuttlebutt: ssb-db2 and ssb-ebt over secret-stack.
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');

const [packages, role, folder, ...rest] = process.argv.slice(2);
const load = require('node:module').createRequire(packages + '/');
const say = (what) => console.log(JSON.stringify(what));
const done = (call) => new Promise((resolve, reject) => call((error, value) => (error ? reject(error) : resolve(value))));

function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function start() {
  fs.mkdirSync(folder, { recursive: true });
  const caps = load('ssb-caps');
  const keys = load('ssb-keys').loadOrCreateSync(path.join(folder, 'secret'));
  const port = await freePort();
  const incoming = { net: [{ scope: 'device', transform: 'shs', host: '127.0.0.1', port }] };
  const node = load('secret-stack')({ appKey: caps.shs, caps })
    .use(load('ssb-db2')).use(load('ssb-db2/compat/ebt')).use(load('ssb-ebt'))({
      path: folder, keys, appKey: caps.shs, caps, timers: { inactivity: -1 },
      connections: { incoming, outgoing: { net: [{ transform: 'shs' }] } },
    });
  return { node, keys, port };
}

async function send() {
  const [records, bytes] = rest.map(Number);
  const { node, keys, port } = await start();
  let number = 0;
  const add = async (count) => {
    for (let i = 0; i < count; ++i, ++number) {
      const content = { type: 'post', text: String(number).padEnd(bytes, 'x') };
      await done((callback) => node.db.create({ keys, content }, callback));
    }
    await done((callback) => node.db.onDrain(callback));
  };
  await add(records);
  node.ebt.request(node.id, true);
  say({ port, key: node.id });
  process.stdin.on('data', async (line) => { await add(Number(line)); say({ added: Number(line) }); });
  process.stdin.on('end', () => process.exit(0));
}

async function take() {
  const [id, port, records] = [rest[0], Number(rest[1]), Number(rest[2])];
  const { node } = await start();
  for (const feed of [id, node.id]) node.ebt.request(feed, true);
  const began = process.hrtime.bigint();
  const key = id.slice(1).replace('.ed25519', '');
  await done((callback) => node.connect(`net:127.0.0.1:${port}~shs:${key}`, callback));
  for (let held = 0; held < records;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    held = (await done((callback) => node.getVectorClock(callback)))[id] || 0;
  }
  say({ seconds: Number(process.hrtime.bigint() - began) / 1e9, memory: process.memoryUsage().rss });
  process.stdin.resume();
  process.stdin.on('end', () => process.exit(0));
}

(role === 'send' ? send() : take()).catch((error) => { console.error(error); process.exit(1); });
