// Bun.listen. The argument says what is done with a chunk:
//   messages  each message reaches onMessage as a Buffer, and what it sends is gathered: one write a chunk
//   prefix    nothing but the lengths is looked at: whole frames go back as the one range of the chunk that they are
//   raw       the chunk goes back
import { FrameReader } from './frame-reader.mjs'
