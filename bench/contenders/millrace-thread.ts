import { millraceServer } from './millrace-server.js'

export const millraceThread = millraceServer({
  name: 'millrace-thread',
  about: 'millrace with new Context({ ioThreads: 1 }); both threads on the core of the server',
  loads: ['one', 'many', 'round-trip', 'idle'],
  how: { ioThreads: 1 },
})
