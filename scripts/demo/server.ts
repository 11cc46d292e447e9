// The server of the demo, in a process of its own: echoes what it receives, at the transport and in the thread mode that
// its arguments name, until its parent lets go of it.

import { StreamSocket } from '../../ts/index.js'
import { threadModes, transports } from './matrix.js'

function named<Row extends { name: string }>(rows: readonly Row[], name: string | undefined): Row {
  const row = rows.find((each) => each.name === name)
  if (!row)
    throw new Error(`Expected one of ${rows.map((each) => each.name).join(', ')} but received ${name}`)
  return row
}

async function serve(): Promise<void> {
  const transport = named(transports, process.argv[2])
  const mode = named(threadModes, process.argv[3])
  const server = new StreamSocket({
    ...mode.options(),
    // A promise holds the messages back until the peer has taken some of what it was sent.
    message: (peer, data, info) => (peer.send(data, info) === false ? peer.drained() : undefined),
  })
  const place = transport.place()
  const listener = await server.bind(place.endpoint, { maxMessageSize: 0xffff_ffff })
  process.send?.(listener.endpoint)
  process.once('disconnect', () => void server.close().then(place.leave))
}

// Ctrl-C goes to the parent too, which then lets go.
process.on('SIGINT', () => undefined)
void serve()
