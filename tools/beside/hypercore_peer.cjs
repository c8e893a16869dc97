// One process of a pair that exchanges a Hypercore: `send FOLDER RECORDS BYTES` or `take FOLDER KEY PORT RECORDS`,
// after the folder of its packages. tools/beside/beside says what they print and read.
const net = require('node:net');

const [packages, role, folder, ...rest] = process.argv.slice(2);
const Hypercore = require('node:module').createRequire(packages + '/')('hypercore');
const say = (what) => console.log(JSON.stringify(what));

function join(stream, socket) {
  socket.setNoDelay(true);
  for (const one of [stream, socket]) one.on('error', () => {});
  socket.pipe(stream).pipe(socket);
}

async function send() {
  const [records, bytes] = rest.map(Number);
  const core = new Hypercore(folder);
  await core.ready();
  const add = async (count) => {
    for (let done = 0; done < count;) {
      const some = Math.min(1000, count - done);
      const block = (i) => Buffer.alloc(bytes, String(core.length + i).padEnd(12, 'x'));
      await core.append(Array.from({ length: some }, (_, i) => block(i)));
      done += some;
    }
  };
  await add(records);
  const server = net.createServer((socket) => join(core.replicate(false, { live: true }), socket));
  server.listen(0, '127.0.0.1', () => say({ port: server.address().port, key: core.key.toString('hex') }));
  process.stdin.on('data', async (line) => { await add(Number(line)); say({ added: Number(line) }); });
  process.stdin.on('end', () => process.exit(0));
}

async function take() {
  const [key, port, records] = [rest[0], Number(rest[1]), Number(rest[2])];
  const core = new Hypercore(folder, Buffer.from(key, 'hex'));
  await core.ready();
  const began = process.hrtime.bigint();
  join(core.replicate(true, { live: true }), net.connect(port, '127.0.0.1'));
  await core.update({ wait: true });
  core.download({ start: 0, end: records });
  while (core.contiguousLength < records) await new Promise((resolve) => setTimeout(resolve, 5));
  say({ seconds: Number(process.hrtime.bigint() - began) / 1e9, memory: process.memoryUsage().rss });
  process.stdin.resume();
  process.stdin.on('end', () => process.exit(0));
}

(role === 'send' ? send() : take()).catch((error) => { console.error(error); process.exit(1); });
