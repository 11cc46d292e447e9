import { stopAll } from './context.js'

/** What keeps a socket from being forgotten. */
export interface Living {
  /** As the process exits, where nothing else is called any more. */
  leave(): void
}

/** Sockets that something can still happen to; native code holds none of them. */
const live = new Set<Living>()

process.on('exit', () => {
  live.forEach((socket) => socket.leave())
  stopAll()
})

export function keepAlive(socket: Living, wanted: boolean): void {
  if (wanted) live.add(socket)
  else live.delete(socket)
}
