import { serverFile } from '../paths.js'
import { echoLoads, type Contender } from './contender.js'

export const nodeNet: Contender = {
  name: 'node-net',
  about: `node:net of Node ${process.versions.node}, frames decoded by hand, the answers to a chunk in one write`,
  loads: echoLoads,
  needs: undefined,
  missing: () => undefined,
  command: () => [process.execPath, serverFile('node-net.mjs')],
}
