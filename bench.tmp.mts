import { startFunctionsHost } from '@lazurite/functions';
const ev = process.argv.includes('ev'); const prof=process.argv.includes('prof');
const host = await startFunctionsHost({ scriptRoot: process.argv[2]!, port: 7999, nodeArguments: [...(prof?['--cpu-prof','--cpu-prof-dir=/tmp/hc/prof']:[]), ...process.argv.filter(a=>a.startsWith('--'))], onEvent: ev? () => {} : undefined } as never);
console.log('up');
process.on('SIGTERM', async () => { await host.close(); process.exit(0); });
setInterval(()=>{}, 1e6);
