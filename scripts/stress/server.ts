// The server of the stress run: checks every message of every stream and sends it back. Talks to its parent by IPC.
import { isNumbered } from '../../test/helpers/numbered.js'
import { StreamSocket, type Peer } from '../../ts/index.js'

export interface ServerReport {
  readonly messages: number
  readonly wrong: number
  readonly refused: number
}

interface Stream {
  readonly index: number
  next: number
}

let messages = 0
let wrong = 0
let refused = 0

/** The first message of a connection is the number of its stream. */
function take(peer: Peer<Stream>, data: Buffer): void {
  if (!peer.data) {
    peer.data = { index: data.readUInt32BE(), next: 0 }
    return
  }
  messages++
  if (!isNumbered(data, peer.data.index, peer.data.next++)) wrong++
  if (peer.send(data) === null) refused++
}

async function main(): Promise<void> {
  const socket = new StreamSocket<Stream>({
    message: take,
    maxBufferedBytes: 256 * 1024 * 1024,
    maxTotalBufferedBytes: 8 * 1024 ** 3,
  })
  const listener = await socket.bind('tcp://127.0.0.1:0')
  process.once('message', () => {
    process.send?.({ messages, wrong, refused } satisfies ServerReport)
    void socket.close({ linger: 0 }).then(() => process.disconnect())
  })
  process.once('disconnect', () => process.exit())
  process.send?.({ port: listener.port })
}

void main()
