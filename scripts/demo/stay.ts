import { EchoProcess } from './echo-process.js'
import { threadModes, transports } from './matrix.js'

async function announce(servers: EchoProcess[]): Promise<void> {
  for (const transport of transports) {
    for (const mode of threadModes) {
      const server = await EchoProcess.start(transport, mode)
      servers.push(server)
      console.log(`\n${server.endpoint} (${mode.name}) echoes what it is sent. To try it, paste one of:`)
      for (const line of transport.toPaste(server.endpoint)) console.log(`  ${line}`)
    }
  }
  console.log('\nCtrl-C ends it.')
}

// npm passes ctrl-C on although the terminal has sent it to everybody: the second one must not cut the orderly end short.
async function toldToEnd(): Promise<void> {
  return new Promise((resolve) => {
    process.on('SIGINT', resolve)
    process.on('SIGTERM', resolve)
  })
}

/** Serves every row of the matrix until the process is told to end. */
export async function stay(): Promise<void> {
  const told = toldToEnd()
  const servers: EchoProcess[] = []
  try {
    await announce(servers)
    await Promise.race([told, ...servers.map((server) => server.watch())])
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
}
