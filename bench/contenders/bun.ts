import { bunServer, bunVersion } from './bun-server.js'
import { echoLoads } from './contender.js'

export const bun = bunServer('bun.mjs', {
  name: 'bun',
  about: `Bun.listen of Bun ${bunVersion ?? '(not installed)'}, frames decoded by hand, the answers to a chunk in one write`,
  loads: [...echoLoads, 'spin'],
})
