// `npm run stress -- --messages 10000000 --connections 1000 --mode all --consume all`: numbered messages of 0 to 200 KiB to
// a server in another process and back, for each mode and way of taking them. Ends with status 1 if one was lost, came
// twice, out of order or changed.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { ServerReport } from './stress/server.js'
import { connectAll, type Clients } from './stress/streams.js'
import { ways } from './stress/ways.js'

/** Without a single message for so long the run has failed. */
const patience = 60_000

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '1000000' },
    connections: { type: 'string', default: '1000' },
    foreign: { type: 'string', default: '10' },
    /** I/O threads of the server: 0, 1, 2 or all of these. */
    mode: { type: 'string', default: '0' },
    consume: { type: 'string', default: 'handler' },
    transport: { type: 'string', default: 'tcp' },
  },
})

function wholeNumber(name: keyof typeof values): number {
  const value = Number(values[name])
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`--${name} takes a whole number`)
  return value
}

interface Run {
  readonly transport: string
  readonly mode: string
  readonly way: string
}

function oneOf(name: keyof typeof values, all: readonly string[]): readonly string[] {
  if (values[name] === 'all') return all
  if (all.includes(values[name])) return [values[name]]
  throw new RangeError(`--${name} takes ${all.join(', ')} or all`)
}

async function startServer({
  transport,
  mode,
  way,
}: Run): Promise<{ child: ChildProcess; endpoint: string }> {
  const wanted =
    transport === 'tcp' ? 'tcp://127.0.0.1:0' : `ipc://@millrace-stress-${process.pid}-${mode}-${way}`
  const arguments_ = [wanted, mode, way]
  const child = fork(path.join(__dirname, 'stress', 'server.ts'), arguments_, { execArgv: ['--import=tsx'] })
  const [{ endpoint }] = (await once(child, 'message')) as [{ endpoint: string }]
  return { child, endpoint }
}

async function askServer(child: ChildProcess): Promise<ServerReport> {
  const answer = once(child, 'message') as Promise<[ServerReport]>
  child.send('report')
  return (await answer)[0]
}

const received = (clients: Clients): number => clients.streams.reduce((sum, each) => sum + each.received, 0)

/** Until all answers are here, a connection is lost or nothing moves any more. */
async function finished(clients: Clients, total: number): Promise<void> {
  let last = { count: -1, at: Date.now() }
  while (!clients.streams.every((each) => each.done) && clients.lost() === 0) {
    await delay(500)
    const count = received(clients)
    if (count !== last.count) last = { count, at: Date.now() }
    if (Date.now() - last.at > patience) return
    if (process.stdout.isTTY) process.stdout.write(`\r${count} of ${total} messages`)
  }
  // A message that comes twice comes later.
  await delay(500)
}

/** Whether nothing was lost, duplicated, reordered or changed. */
async function stress(run: Run): Promise<boolean> {
  const total = wholeNumber('messages')
  const connections = Math.max(1, wholeNumber('connections'))
  const foreign = run.transport === 'tcp' ? Math.min(connections, wholeNumber('foreign')) : 0
  const share = (index: number): number =>
    Math.floor(total / connections) + (index < total % connections ? 1 : 0)
  const { child, endpoint } = await startServer(run)
  const clients = await connectAll(endpoint, connections, foreign, share)
  const started = performance.now()
  clients.streams.forEach((each) => each.start())
  await finished(clients, total)
  const seconds = (performance.now() - started) / 1_000
  const server = await askServer(child)
  const broken = clients.streams.filter((each) => !each.intact).length
  const lost = clients.lost()
  const came = received(clients)
  await clients.close()
  const good =
    broken === 0 && lost === 0 && server.messages === total && server.wrong === 0 && server.refused === 0
  const what = `${run.transport}, ${run.mode} I/O threads, ${run.way}`
  console.log(
    `${what}: ${came} of ${total} messages came back over ${connections} connections, ${Math.round(came / seconds)} a second; ` +
      `server: ${server.wrong} wrong, ${server.refused} not sent back; ${broken} broken streams, ${lost} lost connections: ` +
      (good ? 'none lost, duplicated or reordered' : 'FAILED'),
  )
  return good
}

async function main(): Promise<void> {
  let good = true
  for (const transport of oneOf('transport', ['tcp', 'ipc']))
    for (const mode of oneOf('mode', ['0', '1', '2']))
      for (const way of oneOf('consume', Object.keys(ways)))
        good = (await stress({ transport, mode, way })) && good
  process.exitCode = good ? 0 : 1
}

void main()
