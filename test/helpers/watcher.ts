import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Where } from './far-end.js'

/** A far end on a thread of its own: it sees what leaves while this thread does not return to its loop. */
export interface Watcher {
  /** Blocks this thread until so many bytes have arrived there, or the time is up; tells how many have. */
  waitFor(bytes: number, milliseconds: number): number
  stop(): Promise<unknown>
}

const script = `
const { workerData, parentPort } = require('node:worker_threads')
const count = new Int32Array(workerData.memory)
const socket = require('node:net').connect(workerData.place, () => parentPort.postMessage('connected'))
socket.on('data', (bytes) => {
  Atomics.add(count, 0, bytes.length)
  Atomics.notify(count, 0)
})
`

export async function startWatcher(where: Where): Promise<Watcher> {
  const memory = new SharedArrayBuffer(4)
  const count = new Int32Array(memory)
  const place = typeof where === 'string' ? { path: where } : { port: where, host: '127.0.0.1' }
  const worker = new Worker(script, { eval: true, workerData: { place, memory }, execArgv: [] })
  await once(worker, 'message')
  return {
    waitFor(bytes, milliseconds) {
      const end = Date.now() + milliseconds
      for (
        let seen = Atomics.load(count, 0);
        seen < bytes && Date.now() < end;
        seen = Atomics.load(count, 0)
      ) {
        Atomics.wait(count, 0, seen, end - Date.now())
      }
      return Atomics.load(count, 0)
    },
    stop: () => worker.terminate(),
  }
}
