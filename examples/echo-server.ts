// A server that answers each message with the same message.
//
//   node --import=tsx examples/echo-server.ts [endpoint]
//
// The endpoint is tcp://127.0.0.1:7000 if not said otherwise, ipc:///tmp/echo.sock for example; ctrl-C ends it. The other side is examples/echo-client.ts,
// or anything that puts 4 bytes of length, big-endian, before each message.

import { StreamSocket } from 'millrace'

const server = new StreamSocket({
  // Peers of a unix socket have no address.
  connect: ({ routingId, remoteAddress, remotePort }) =>
    console.log(
      `${routingId} came${remoteAddress === undefined ? '' : ` from ${remoteAddress}:${remotePort}`}`,
    ),
  // Where a peer reads slowly, the promise keeps its next messages back until it has caught up.
  message: (peer, data, info) => (peer.send(data, info) === false ? peer.drained() : undefined),
  disconnect: (peer, reason) => console.log(`${peer.routingId} left: ${reason.message}`),
})

async function main(endpoint = 'tcp://127.0.0.1:7000'): Promise<void> {
  const listener = await server.bind(endpoint)
  console.log(`listening at ${listener.endpoint}`)
  // Flushes what is queued, ends every connection in order, and lets the process end.
  process.once('SIGINT', () => void server.close())
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
