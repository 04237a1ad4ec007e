/** Options of `lazurite start`: every server listens on a free port. Later options win. */
export const ANY_PORTS: readonly string[] = [
  '--port',
  '--cosmos-port',
  '--issuer-port',
  '--storage-port',
  '--dashboard-port',
].flatMap((option) => [option, '0']);
