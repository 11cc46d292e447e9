import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Where } from './far-end.js'

const script = `
const { workerData, parentPort } = require('node:worker_threads')
const { where, connections, bytes, times } = workerData
const place = typeof where === 'string' ? { path: where } : { port: where, host: '127.0.0.1' }
let open = 0
for (let i = 0; i < connections; i++) {
  const socket = require('node:net').connect({ ...place, allowHalfOpen: true })
  let left = times
  const more = () => {
    while (left-- > 0) if (!socket.write(bytes)) return void socket.once('drain', more)
    socket.end()
  }
  socket.on('error', () => undefined)
  socket.once('connect', () => { if (++open === connections) parentPort.postMessage('connected'); more() })
  socket.resume()
}
`

/** Peers on a thread of their own that send the same bytes so many times, whatever this thread does meanwhile. */
export async function flood(
  where: Where,
  what: { readonly connections: number; readonly bytes: Uint8Array; readonly times: number },
): Promise<() => Promise<unknown>> {
  const worker = new Worker(script, { eval: true, workerData: { where, ...what }, execArgv: [] })
  await once(worker, 'message')
  return () => worker.terminate()
}

/** This thread does nothing for a while, as if it stood in a debugger. */
export function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}
