import { Miniflare } from 'miniflare';

const script = 'export default { fetch() { return new Response("Hello"); } }';
const miniflare = new Miniflare({ modules: true, script, host: '127.0.0.1', port: 0 });
console.log(JSON.stringify({ url: String(await miniflare.ready), pid: process.pid }));
process.once('SIGTERM', () => void miniflare.dispose());
