import test from 'ava'
import { Context, StreamSocket } from '../ts/index.js'
import { freshPath } from './helpers/paths.js'
import type { Option, Where } from '../ts/option-kinds.js'
import { optionTable, type OptionName } from '../ts/option-table.js'

const options = Object.entries(optionTable) as [OptionName, Option][]
const places: readonly Where[] = ['socket', 'bind', 'connect', 'reconnect', 'close', 'context']
const wrongArgument = { code: 'ERR_MILLRACE_INVALID_OPTION' }

function goodValue(name: OptionName, option: Option): unknown {
  if (name === 'context') return new Context()
  switch (option.type) {
    case 'number':
      return option.max
    case 'choice':
      return option.default
    case 'boolean':
    case 'group':
      return true
    case 'string':
      return 'words'
    case 'signal':
      return new AbortController().signal
    case 'function':
      return () => undefined
    default:
      return {}
  }
}

/** `mode` is for files. */
function endpointFor(given: object): string {
  return 'mode' in given ? `ipc://${freshPath()}` : 'tcp://127.0.0.1:0'
}

/** The error that an option meets at a place, undefined if it is accepted there. */
async function givenAt(where: Where, given: object): Promise<unknown> {
  const socket = new StreamSocket()
  try {
    if (where === 'context') await new Context(given).close()
    else if (where === 'socket') await new StreamSocket(given).close()
    else if (where === 'close') await socket.close(given)
    else if (where === 'reconnect') await connectWith({ reconnect: given })
    else if (where === 'bind') await socket.bind(endpointFor(given), given)
    else await connectWith(given)
    return undefined
  } catch (error) {
    return error
  } finally {
    await socket.close()
  }
}

async function connectWith(given: object): Promise<void> {
  const server = new StreamSocket()
  const client = new StreamSocket()
  try {
    const { endpoint } = await server.bind('tcp://127.0.0.1:0')
    await client.connect(endpoint, given)
  } finally {
    await Promise.all([server.close({ linger: 0 }), client.close({ linger: 0 })])
  }
}

// Which descriptors `fd` takes is told in descriptors.test.ts.
const acceptable = options.filter(([name]) => name !== 'fd')

for (const [name, option] of acceptable) {
  test(`${name} is accepted at its places and refused at all others`, async (t) => {
    for (const where of places) {
      const error = await givenAt(where, { [name]: goodValue(name, option) })
      if (option.where.includes(where)) t.is(error, undefined, where)
      else t.like(error, wrongArgument, where)
    }
  })

  test(`${name} may be undefined, which counts as not given`, async (t) => {
    for (const where of option.where) t.is(await givenAt(where, { [name]: undefined }), undefined, where)
  })
}

for (const [name, option] of options.filter(([, each]) => each.type !== 'any')) {
  test(`${name} refuses values of another type`, async (t) => {
    const wrong = [null, 10n, Symbol('one'), option.type === 'number' ? '1' : 1]
    for (const where of option.where) {
      for (const value of wrong) {
        const error = await givenAt(where, { [name]: value })
        t.true(error instanceof TypeError, `${where}: ${String(value)}`)
        t.like(error, wrongArgument)
        t.regex(
          (error as Error).message,
          new RegExp(`^Expected .+ for ${name} but received .+ of type \\w+$`),
        )
      }
    }
  })
}

for (const [name, option] of acceptable) {
  if (option.type !== 'number') continue
  test(`${name} takes whole numbers of its range only`, async (t) => {
    const beyond = [option.min - 1, option.max + 1, option.min + 0.5, Number.NaN, Infinity, -Infinity]
    for (const where of option.where) {
      if (name !== 'timeout')
        t.is(await givenAt(where, { [name]: option.min }), undefined, `${where}: ${option.min}`)
      t.is(await givenAt(where, { [name]: option.max }), undefined, `${where}: ${option.max}`)
      for (const value of beyond) {
        const error = await givenAt(where, { [name]: value })
        t.true(error instanceof RangeError, `${where}: ${value}`)
        t.like(error, wrongArgument)
      }
    }
  })
}

test('an unknown option is refused and the nearest name of that place is suggested', async (t) => {
  const cases: readonly [Where, object, string][] = [
    [
      'socket',
      { maxMesageSize: 1 },
      "Unknown option 'maxMesageSize' of socket; did you mean 'maxMessageSize'?",
    ],
    ['socket', { onmessage: 1 }, "Unknown option 'onmessage' of socket; did you mean 'message'?"],
    ['bind', { backLog: 1 }, "Unknown option 'backLog' of bind; did you mean 'backlog'?"],
    ['connect', { timout: 1 }, "Unknown option 'timout' of connect; did you mean 'timeout'?"],
    ['context', { spinMicro: 1 }, "Unknown option 'spinMicro' of context; did you mean 'spinMicros'?"],
    ['bind', { colour: 1 }, "Unknown option 'colour' of bind"],
    ['socket', { constructor: 1 }, "Unknown option 'constructor' of socket"],
  ]
  for (const [where, given, message] of cases) {
    const error = await givenAt(where, given)
    t.true(error instanceof TypeError)
    t.like(error, { ...wrongArgument, message })
  }
})

test('a close gives a code and a reason that a WebSocket close may have', async (t) => {
  const good: readonly object[] = [{ code: 1000 }, { code: 3000, reason: 'é'.repeat(61) }, { code: 4999 }]
  for (const given of good) t.is(await givenAt('close', given), undefined)
  const bad: readonly object[] = [{ code: 1001 }, { code: 2999 }, { reason: 'é'.repeat(62) }]
  for (const given of bad) {
    const error = await givenAt('close', given)
    t.true(error instanceof RangeError)
    t.like(error, wrongArgument)
  }
  const socket = new StreamSocket()
  const { endpoint } = await socket.bind('tcp://127.0.0.1:0')
  const peer = await socket.connect(endpoint)
  await t.throwsAsync(peer.close(1001), { instanceOf: RangeError })
  await t.throwsAsync(peer.close(1000, 5 as never), { instanceOf: TypeError })
  await t.throwsAsync(socket.disconnect(peer, { code: 999 }), { instanceOf: RangeError })
  t.true(peer.connected)
  await peer.close(4000, 'done')
  await socket.close({ linger: 0 })
})

test('context takes a Context only', (t) => {
  const error = t.throws(() => new StreamSocket({ context: {} as never }), wrongArgument)
  t.true(error instanceof TypeError)
})

test('options that are no object are refused', async (t) => {
  const socket = new StreamSocket()
  for (const given of [null, 1, 'framing', true]) {
    t.throws(() => new StreamSocket(given as never), wrongArgument)
    t.throws(() => new Context(given as never), wrongArgument)
    await t.throwsAsync(socket.bind('tcp://127.0.0.1:0', given as never), wrongArgument)
    await t.throwsAsync(socket.connect('tcp://127.0.0.1:1', given as never), wrongArgument)
  }
  t.deepEqual(socket.endpoints, [])
})

test('framing may be a map by transport', async (t) => {
  const socket = new StreamSocket({ framing: { tcp: 'length', ipc: 'none' } })
  const { endpoint } = await socket.bind('tcp://127.0.0.1:0')
  t.regex(endpoint, /^tcp:/)
  t.throws(() => new StreamSocket({ framing: { tcp: 'message' as never } }), wrongArgument)
  t.throws(() => new StreamSocket({ framing: { smoke: 'length' } as never }), wrongArgument)
  await socket.close()
})

test('an option of bind or connect goes before that of the socket, which goes before the default', async (t) => {
  const server = new StreamSocket({ maxMessageSize: 8 })
  const client = new StreamSocket({ maxMessageSize: 100 })
  const narrow = await server.bind('tcp://127.0.0.1:0')
  const wide = await server.bind('tcp://127.0.0.1:0', { maxMessageSize: 50 })
  const plain = await client.connect(wide.endpoint)
  const limited = await client.connect(narrow.endpoint, { maxMessageSize: 4 })
  t.true(plain.send(Buffer.alloc(100)))
  t.throws(() => plain.send(Buffer.alloc(101)), { instanceOf: RangeError })
  t.true(limited.send(Buffer.alloc(4)))
  t.throws(() => limited.send(Buffer.alloc(5)), { instanceOf: RangeError })
  await Promise.all([server.close({ linger: 0 }), client.close({ linger: 0 })])
})
