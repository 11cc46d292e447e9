import { echoLoads } from './contender.js'
import { millraceServer } from './millrace-server.js'

export const millrace = millraceServer({
  name: 'millrace',
  about: 'StreamSocket with a message handler, on the event loop; all options at their defaults',
  loads: echoLoads,
})
