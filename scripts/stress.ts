// `npm run stress -- --messages 10000000 --connections 1000`: numbered messages of 0 to 200 KiB to a server in another
// process and back. Ends with status 1 if one was lost, came twice, out of order or changed.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { ServerReport } from './stress/server.js'
import { connectAll, type Clients } from './stress/streams.js'

/** Without a single message for so long the run has failed. */
const patience = 60_000

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '1000000' },
    connections: { type: 'string', default: '1000' },
    foreign: { type: 'string', default: '10' },
  },
})

function wholeNumber(name: keyof typeof values): number {
  const value = Number(values[name])
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`--${name} takes a whole number`)
  return value
}

async function startServer(): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(path.join(__dirname, 'stress', 'server.ts'), { execArgv: ['--import=tsx'] })
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  return { child, port }
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

async function main(): Promise<void> {
  const total = wholeNumber('messages')
  const connections = Math.max(1, wholeNumber('connections'))
  const share = (index: number): number =>
    Math.floor(total / connections) + (index < total % connections ? 1 : 0)
  const { child, port } = await startServer()
  const clients = await connectAll(port, connections, Math.min(connections, wholeNumber('foreign')), share)
  const started = performance.now()
  clients.streams.forEach((each) => each.start())
  await finished(clients, total)
  const seconds = (performance.now() - started) / 1_000
  const server = await askServer(child)
  const broken = clients.streams.filter((each) => !each.intact).length
  await clients.close()
  const good =
    broken === 0 &&
    clients.lost() === 0 &&
    server.messages === total &&
    server.wrong === 0 &&
    server.refused === 0
  const rate = Math.round(received(clients) / seconds)
  console.log(
    `\n${received(clients)} of ${total} messages came back over ${connections} connections, ${rate} a second`,
  )
  console.log(`server: ${server.messages} received, ${server.wrong} wrong, ${server.refused} not sent back`)
  console.log(`clients: ${broken} broken streams, ${clients.lost()} lost connections`)
  console.log(good ? 'none lost, duplicated or reordered' : 'FAILED')
  process.exitCode = good ? 0 : 1
}

void main()
