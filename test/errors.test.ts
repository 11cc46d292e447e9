import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import test, { type ThrowsExpectation } from 'ava'
import { Listener, MillraceError, Peer, StreamSocket } from '../ts/index.js'
import { runMain, runFile } from './helpers/child.js'
import { farServer, makeSocket } from './helpers/sockets.js'
import { rows } from './helpers/transports.js'

const tcp = rows[0]!
const root = path.join(__dirname, '..')
const privileged = Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'))

const failure = (code: string): ThrowsExpectation<MillraceError> => ({ instanceOf: MillraceError, code })

const invalid: readonly [endpoint: string, sentence: RegExp][] = [
  ['', /no transport/],
  ['tcp', /no transport/],
  ['://127.0.0.1:1', /no transport/],
  ['127.0.0.1:7000', /no transport/],
  ['tcp:127.0.0.1:7000', /no transport/],
  ['udp://127.0.0.1:1', /transport is unknown/],
  ['TCP://127.0.0.1:1', /transport is unknown/],
  [' tcp://127.0.0.1:1', /transport is unknown/],
  ['tcp://', /port is not a number/],
  ['tcp://127.0.0.1', /port is not a number/],
  ['tcp://127.0.0.1:', /port is not a number/],
  ['tcp://127.0.0.1:http', /port is not a number/],
  ['tcp://127.0.0.1:-1', /port is not a number/],
  ['tcp://127.0.0.1:+1', /port is not a number/],
  ['tcp://127.0.0.1:1.5', /port is not a number/],
  ['tcp://127.0.0.1: 1', /port is not a number/],
  ['tcp://127.0.0.1:65536', /port is not a number/],
  ['tcp://127.0.0.1:99999999999999999999', /port is not a number/],
  ['tcp://[::1]', /port is not a number/],
  ['tcp://[::1]1', /port is not a number/],
  ['tcp://:1', /no host/],
  ['tcp://[]:1', /no host/],
  ['tcp://::1:1', /IPv6 addresses stand in \[\]/],
  ['tcp://[::1:1', /neither a name nor an address/],
  ['tcp://[127.0.0.1]:1', /neither a name nor an address/],
  ['tcp://[::1\0]:1', /neither a name nor an address/],
  ['tcp://[localhost]:1', /neither a name nor an address/],
  ['tcp://a b:1', /neither a name nor an address/],
  ['tcp://user@host:1', /neither a name nor an address/],
  ['tcp://host\0:1', /neither a name nor an address/],
  [`tcp://${'a'.repeat(254)}:1`, /neither a name nor an address/],
  ['tcp://127.0.0.1:1/', /a path has no meaning/],
  ['tcp://127.0.0.1:1/chat', /a path has no meaning/],
  ['ipc://', /names no path/],
  ['ipc://@', /names no path/],
  ['ipc://app.sock', /not absolute/],
  ['ipc://./app.sock', /not absolute/],
  ['ipc:///run/app\0', /holds a NUL/],
  ['ipc://@app\0', /holds a NUL/],
  [`ipc:///${'p'.repeat(107)}`, /longer than the 107 bytes/],
  [`ipc:///${'é'.repeat(54)}`, /longer than the 107 bytes/],
]

for (const [endpoint, sentence] of invalid) {
  const shown = JSON.stringify(endpoint.length > 40 ? `${endpoint.slice(0, 40)}...` : endpoint)
  test(`${shown} is no endpoint`, async (t) => {
    const socket = makeSocket(t, tcp)
    for (const attempt of [socket.bind(endpoint), socket.connect(endpoint)]) {
      const error = await t.throwsAsync(attempt, {
        instanceOf: MillraceError,
        code: 'ERR_MILLRACE_INVALID_ENDPOINT',
      })
      t.regex(error.message, sentence)
      t.true(error.message.startsWith(`Invalid endpoint '${endpoint}': `))
      t.is(error.errno, undefined)
    }
    t.deepEqual(socket.endpoints, [])
  })
}

test('connecting to * or port 0 is an invalid endpoint', async (t) => {
  const socket = makeSocket(t, tcp)
  for (const endpoint of ['tcp://*:1', 'tcp://127.0.0.1:0', 'tcp://127.0.0.1:*', 'tcp://*:*']) {
    const error = await t.throwsAsync(socket.connect(endpoint), { code: 'ERR_MILLRACE_INVALID_ENDPOINT' })
    t.regex(error.message, /other than \* and 0/)
  }
})

test('an endpoint that is no string is a TypeError', async (t) => {
  const socket = makeSocket(t, tcp)
  for (const endpoint of [undefined, null, 7000, {}, Symbol('tcp')]) {
    for (const attempt of [socket.bind(endpoint as never), socket.connect(endpoint as never)]) {
      await t.throwsAsync(attempt, { instanceOf: TypeError, code: 'ERR_MILLRACE_INVALID_OPTION' })
    }
  }
})

test('a port in use is EADDRINUSE', async (t) => {
  const socket = makeSocket(t, tcp)
  const { endpoint, port } = await socket.bind('tcp://127.0.0.1:0')
  const far = await farServer(t, tcp)
  for (const [taken, takenPort] of [
    [endpoint, port],
    [far.endpoint, far.port],
  ] as const) {
    const error = await t.throwsAsync(makeSocket(t, tcp).bind(taken), failure('EADDRINUSE'))
    t.like(error, { name: 'MillraceError', syscall: 'listen', address: '127.0.0.1', port: takenPort })
    t.true(error.errno! < 0)
    t.regex(error.message, /^listen EADDRINUSE: .*127\.0\.0\.1:\d+$/)
  }
  await t.throwsAsync(makeSocket(t, tcp).bind(`tcp://*:${port}`), { code: 'EADDRINUSE' })
})

test('an address of another machine is EADDRNOTAVAIL', async (t) => {
  const error = await t.throwsAsync(makeSocket(t, tcp).bind('tcp://203.0.113.1:0'), { code: 'EADDRNOTAVAIL' })
  t.like(error, { name: 'MillraceError', syscall: 'listen', address: '203.0.113.1', port: 0 })
})

test('a port that needs a permission is EACCES', async (t) => {
  const outcome = await runMain(`
    const socket = new StreamSocket()
    if (process.getuid() === 0) process.setgroups([]), process.setgid(65534), process.setuid(65534)
    await socket.bind('tcp://127.0.0.1:1').then(
      () => console.log('bound'),
      ({ name, code, errno, syscall, address, port }) => console.log(name, code, errno < 0, syscall, address, port),
    )
    await socket.close()
  `)
  // Where the machine lets everybody have every port there is nothing to refuse.
  const expected = privileged > 1 ? 'MillraceError EACCES true listen 127.0.0.1 1\n' : 'bound\n'
  t.is(outcome.stdout, expected, outcome.stderr)
  t.is(outcome.status, 0)
})

test('a refused connection is ECONNREFUSED', async (t) => {
  const far = await farServer(t, tcp)
  const { endpoint, port } = far
  await far.close()
  const error = await t.throwsAsync(makeSocket(t, tcp).connect(endpoint), failure('ECONNREFUSED'))
  t.like(error, { name: 'MillraceError', syscall: 'connect', address: '127.0.0.1', port })
  t.true(error.errno! < 0)
  t.regex(error.message, /^connect ECONNREFUSED: .*127\.0\.0\.1:\d+$/)
})

test('a name that nobody has is ENOTFOUND, for bind and for connect', async (t) => {
  const lookup: NonNullable<Parameters<StreamSocket['connect']>[1]>['lookup'] = (
    host,
    _options,
    callback,
  ) => {
    const failure = new Error(`getaddrinfo ENOTFOUND ${host}`)
    setImmediate(() =>
      callback(Object.assign(failure, { code: 'ENOTFOUND', errno: -3008, syscall: 'getaddrinfo' }), ''),
    )
  }
  const connecting = makeSocket(t, tcp).connect('tcp://nobody.invalid:1', { lookup })
  const error = await t.throwsAsync(connecting, { instanceOf: MillraceError, code: 'ENOTFOUND' })
  t.like(error, { syscall: 'getaddrinfo', errno: -3008 })
  // Which code it is depends on whether a name server answers.
  const binding = await t.throwsAsync(makeSocket(t, tcp).bind('tcp://nobody.invalid:0'), {
    instanceOf: MillraceError,
  })
  t.true(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL'].includes(binding.code))
  t.is(binding.syscall, 'getaddrinfo')
})

test('a MillraceError is an Error with a name, a code and a stack', async (t) => {
  const error = await t.throwsAsync(makeSocket(t, tcp).connect('tcp://127.0.0.1:1'))
  t.true(error instanceof MillraceError && error instanceof Error)
  t.is(error.name, 'MillraceError')
  t.regex(error.stack!, /^MillraceError: connect ECONNREFUSED/)
  t.deepEqual(Object.keys(error).sort(), ['address', 'code', 'errno', 'port', 'syscall'])
  t.is(String(error), `MillraceError: ${error.message}`)
})

test('what a program cannot make says so', (t) => {
  const socket = makeSocket(t, tcp)
  for (const Class of [Listener, Peer] as unknown as (new () => unknown)[]) {
    t.throws(() => new Class(), { instanceOf: TypeError })
  }
  t.throws(() => socket.send('1' as never, 'x'), {
    instanceOf: TypeError,
    code: 'ERR_MILLRACE_INVALID_OPTION',
  })
})

test('data that cannot be sent is a TypeError', async (t) => {
  const far = await farServer(t, tcp)
  const socket = makeSocket(t, tcp)
  const peer = await socket.connect(far.endpoint)
  const wrong = { instanceOf: TypeError, code: 'ERR_MILLRACE_INVALID_OPTION' }
  for (const data of [undefined, null, 1, true, {}, new Map(), [1], [['nested']], ['a', null], () => 'x']) {
    t.throws(() => peer.send(data as never), wrong)
    await t.throwsAsync(peer.sendAsync(data as never), wrong)
    t.throws(() => socket.send(4_000_000_000, data as never), wrong)
  }
  t.true(peer.send('fine'))
  t.is(String(await (await far.accept()).next()), 'fine')
})

test('generated files are fresh', async (t) => {
  const outcome = await runFile('scripts/generate-options.ts', { args: ['--check'] })
  t.like(outcome, { status: 0, stderr: '', stdout: '' })
})

test('the reference has a heading for every code of our own', (t) => {
  const files = ['ts/errors.ts', 'ts/endpoint.ts', 'native/engine/error.cpp']
  const text = files.map((file) => readFileSync(path.join(root, file), 'utf8')).join('\n')
  const codes = new Set(text.match(/ERR_MILLRACE_[A-Z_]+/g))
  t.true(codes.size >= 4)
  const reference = path.join(root, 'docs', 'api.md')
  t.true(existsSync(reference))
  const headings = readFileSync(reference, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('#'))
  for (const code of codes)
    t.true(
      headings.some((line) => line.includes(code)),
      code,
    )
})
