// Sends messages to an echo server, prints the answers and how long they took.
//
//   node --import=tsx examples/echo-client.ts [endpoint [message ...]]
//
// The endpoint is tcp://127.0.0.1:7000 if not said otherwise: that of examples/echo-server.ts, to be started first.

import { StreamSocket } from 'millrace'

async function main(endpoint = 'tcp://127.0.0.1:7000', ...messages: string[]): Promise<void> {
  const texts = messages.length === 0 ? ['hello', 'how are you?'] : messages
  const client = new StreamSocket()
  const peer = await client.connect(endpoint)
  const begun = performance.now()
  for (const text of texts) peer.send(text)

  let missing = texts.length
  client.on('message', (_peer, data) => {
    const microseconds = Math.round((performance.now() - begun) * 1000)
    console.log(`${data.toString()} (after ${microseconds} µs)`)
    if (--missing === 0) void client.close()
  })

  const { code, message } = await peer.closed
  if (missing !== 0) throw new Error(`the connection ended: ${code}, ${message}`)
}

main(...process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
