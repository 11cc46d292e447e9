import { spawn } from 'node:child_process'
import cluster from 'node:cluster'
import { closeSync, fstatSync, linkSync, openSync } from 'node:fs'
import type net from 'node:net'
import path from 'node:path'
import readline from 'node:readline'
import test, { type ExecutionContext } from 'ava'
import { Collected, once, until } from './helpers/events.js'
import { connect } from './helpers/far-end.js'
import { freshPath } from './helpers/paths.js'
import { farServer, makeSocket } from './helpers/sockets.js'
import { onEach, rows } from './helpers/transports.js'

const tcp = rows.find((row) => row.transport === 'tcp')!
const ipc = rows.find((row) => row.transport === 'ipc')!
const root = path.join(__dirname, '..')

/** That of a server or a socket of Node in this process. */
function descriptorOf(owner: net.Server | net.Socket): number {
  return (owner as unknown as { _handle: { fd: number } })._handle.fd
}

/** A process that inherits a listening descriptor as number 3, as those that systemd starts do, and echoes there. */
function startWith(t: ExecutionContext, server: net.Server, endpoint: string): Collected<string> {
  const program = `
    const { StreamSocket } = require('./ts/index.ts')
    const socket = new StreamSocket({ message: (peer, data) => void peer.send(data) })
    socket.bind('${endpoint}', { fd: 3 }).then(({ endpoint, port }) => console.log(endpoint, port))`
  const child = spawn(process.execPath, ['--import=tsx', '--eval', program], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit', descriptorOf(server)],
  })
  t.teardown(() => child.kill('SIGKILL'))
  const lines = new Collected<string>()
  readline.createInterface({ input: child.stdout! }).on('line', lines.add)
  return lines
}

onEach('a listening descriptor is taken over', async (t, row) => {
  const far = await farServer(t, row)
  const lines = startWith(t, far.server, row.transport === 'tcp' ? 'tcp://*:0' : far.endpoint)
  t.is(await lines.next('bound'), `${far.endpoint} ${far.port}`)
  // Closing the server of Node, so that the child alone accepts, takes the path away too, but not its second name.
  const second = freshPath()
  if (row.transport === 'ipc') linkSync(far.endpoint.slice('ipc://'.length), second)
  const where = far.port ?? second
  await far.close()
  const end = await row.connect(where)
  t.teardown(() => end.destroy())
  end.send('hello')
  t.is(String(await end.next()), 'hello')
})

test('a descriptor that is not open, not listening or of another transport is refused and left alone', async (t) => {
  const socket = makeSocket(t, tcp)
  const onTcp = await farServer(t, tcp)
  const onIpc = await farServer(t, ipc)
  const file = openSync('/dev/null', 'r')
  t.teardown(() => closeSync(file))
  const connected = await connect(onTcp.port!)
  t.teardown(() => connected.destroy())
  const wrong = { instanceOf: TypeError, code: 'ERR_MILLRACE_INVALID_OPTION' }
  const refused = async (endpoint: string, fd: number, why: object): Promise<void> => {
    await t.throwsAsync(socket.bind(endpoint, { fd }), why)
  }
  await refused('tcp://*:0', 1_000_000, { code: 'EBADF' })
  await refused('tcp://*:0', file, { code: 'ENOTSOCK' })
  await refused('tcp://*:0', descriptorOf(connected.socket), { ...wrong, message: /is not listening/ })
  await refused('tcp://*:0', descriptorOf(onIpc.server), { ...wrong, message: /another transport/ })
  await refused('ipc:///unused', descriptorOf(onTcp.server), { ...wrong, message: /another transport/ })
  t.deepEqual(socket.endpoints, [])
  t.true(fstatSync(file).isCharacterDevice())
})

test('a descriptor that Node waits on already is EEXIST, and Node goes on with it', async (t) => {
  const far = await farServer(t, tcp)
  const socket = makeSocket(t, tcp)
  await t.throwsAsync(socket.bind('tcp://*:0', { fd: descriptorOf(far.server) }), { code: 'EEXIST' })
  const end = await connect(far.port!)
  t.teardown(() => end.destroy())
  end.send('hello')
  t.is(String(await (await far.accept()).next()), 'hello')
})

test('what was decided when the descriptor was made is no option beside fd', async (t) => {
  const socket = makeSocket(t, tcp)
  for (const given of [{ backlog: 5 }, { reusePort: true }, { ipv6Only: true }, { mode: 0o600 }]) {
    const [name] = Object.keys(given)
    await t.throwsAsync(socket.bind('ipc:///unused', { fd: 1_000_000, ...given }), {
      instanceOf: TypeError,
      code: 'ERR_MILLRACE_INVALID_OPTION',
      message: new RegExp(`'${name}' has no meaning for a descriptor`),
    })
  }
})

test('with reusePort sockets share a port, without it the second is EADDRINUSE', async (t) => {
  const first = await makeSocket(t, tcp).bind('tcp://127.0.0.1:0', { reusePort: true })
  const second = await makeSocket(t, tcp).bind(first.endpoint, { reusePort: true })
  t.is(second.endpoint, first.endpoint)
  await t.throwsAsync(makeSocket(t, tcp).bind(first.endpoint), { code: 'EADDRINUSE' })
})

/** A worker of node:cluster that serves at `endpoint` and answers every message with its name. */
async function startWorker(t: ExecutionContext, endpoint: string, name: string): Promise<string> {
  const exec = path.join(__dirname, 'helpers', 'cluster-worker.ts')
  cluster.setupPrimary({ exec, execArgv: ['--import=tsx'], args: [endpoint, name] })
  const worker = cluster.fork()
  t.teardown(() => worker.process.kill('SIGKILL'))
  const [bound] = await once(worker, 'message')
  return bound as string
}

test('workers of node:cluster serve the same port with reusePort', async (t) => {
  const endpoint = await startWorker(t, 'tcp://127.0.0.1:0', 'first')
  t.is(await startWorker(t, endpoint, 'second'), endpoint)
  const names = new Set<string>()
  const client = makeSocket(t, tcp, { message: (_peer, data) => void names.add(String(data)) })
  // The kernel chooses by a hash of the addresses.
  for (let i = 0; i < 200 && names.size < 2; i++) {
    const peer = await client.connect(endpoint)
    peer.send('who?')
    await until(() => peer.stats().messagesIn === 1, 'the answer')
  }
  t.deepEqual([...names].sort(), ['first', 'second'])
})
