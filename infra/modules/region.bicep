// What each region has of its own: storage, the function app and, if wanted, a network around both.
param location string
param suffix string
param appName string
param appTags object
param privateNetworking bool
param zoneRedundant bool
param nodeVersion string
param maximumInstanceCount int
param instanceMemoryMB int
param alwaysReadyInstances int
param authIssuer string
param authAudience string
param appSettings object
@secure()
param secretSeed string
param identityId string
param identityClientId string
param principalId string
param cosmosAccountId string
param cosmosEndpoint string
param workspaceId string
param insightsConnectionString string

var packageContainer = 'app-package'

module storage 'storage.bicep' = {
  name: 'storage-${suffix}'
  params: {
    name: 'st${suffix}'
    location: location
    zoneRedundant: zoneRedundant
    publicAccess: !privateNetworking
    packageContainer: packageContainer
    principalId: principalId
    workspaceId: workspaceId
  }
}

module network 'network.bicep' = if (privateNetworking) {
  name: 'network-${suffix}'
  params: {
    suffix: suffix
    location: location
    cosmosAccountId: cosmosAccountId
    storageAccountId: storage.outputs.id
  }
}

module app 'function-app.bicep' = {
  name: 'function-app-${suffix}'
  params: {
    name: appName
    suffix: suffix
    location: location
    tags: appTags
    subnetId: privateNetworking ? network!.outputs.appSubnetId : ''
    zoneRedundant: zoneRedundant
    nodeVersion: nodeVersion
    maximumInstanceCount: maximumInstanceCount
    instanceMemoryMB: instanceMemoryMB
    alwaysReadyInstances: alwaysReadyInstances
    authIssuer: authIssuer
    authAudience: authAudience
    appSettings: appSettings
    secretSeed: secretSeed
    identityId: identityId
    identityClientId: identityClientId
    cosmosEndpoint: cosmosEndpoint
    storageName: storage.outputs.name
    packageUrl: '${storage.outputs.blobEndpoint}${packageContainer}'
    insightsConnectionString: insightsConnectionString
  }
}

output hostName string = app.outputs.hostName
