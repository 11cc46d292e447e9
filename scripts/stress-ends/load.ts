// A worker thread or a process under load: an echo server, clients, and one that connects again and again. Ends as its
// argument says: `wait` for its termination, `exit`, `term` or `throw` of itself after some milliseconds.
import { parentPort, workerData } from 'node:worker_threads'
import { Context, StreamSocket } from '../../ts/index.js'

interface Wanted {
  readonly threads: number
  readonly end: 'wait' | 'exit' | 'throw'
  readonly after: number
}

const wanted = (parentPort ? workerData : JSON.parse(process.argv[2] ?? '{}')) as Wanted

async function main(): Promise<void> {
  const context = new Context({ ioThreads: wanted.threads })
  const echo = {
    context,
    message: (peer: { send(data: Buffer): unknown }, data: Buffer) => void peer.send(data),
  }
  const server = new StreamSocket(echo)
  const client = new StreamSocket(echo)
  const { endpoint } = await server.bind('tcp://127.0.0.1:0')
  for (let i = 0; i < 4; i++) {
    const peer = await client.connect(endpoint, { reconnect: { minDelay: 1, maxDelay: 2 } })
    for (let j = 0; j < 8; j++) peer.send(Buffer.alloc(j === 7 ? 100_000 : 64))
  }
  client.connect('tcp://127.0.0.1:1', { reconnect: { minDelay: 1, maxDelay: 2 } }).catch(() => undefined)
  setInterval(() => server.peers.values().next().value?.destroy(), 5)
  parentPort?.postMessage('loaded')
  if (wanted.end === 'exit') setTimeout(() => process.exit(7), wanted.after)
  if (wanted.end === 'throw')
    setTimeout(() => {
      process.once('uncaughtException', () => process.exit(7))
      throw new Error('on purpose')
    }, wanted.after)
}

void main()
