import '@lazurite/runtime/require-node';

export { type AsDeployedOptions, asDeployed } from './package/as-deployed.ts';
export { type OpenedPackage, type OpenPackageOptions, openPackage } from './package/open-package.ts';
export { type Stack, type StackOptions, startStack } from './stack.ts';
