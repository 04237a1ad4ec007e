// The account, the database and its containers as the code names them. Identities only: its keys are switched off.
param name string
param locations string[]
param multiRegionWrites bool
param zoneRedundant bool
param publicAccess bool
param serverless bool
param autoscaleMaxThroughput int
param principalId string
param workspaceId string

var model = loadJsonContent('../app-model.json')

resource account 'Microsoft.DocumentDB/databaseAccounts@2025-04-15' = {
  name: name
  location: locations[0]
  kind: 'GlobalDocumentDB'
  properties: {
    databaseAccountOfferType: 'Standard'
    locations: [
      for (region, i) in locations: {
        locationName: region
        failoverPriority: i
        isZoneRedundant: zoneRedundant
      }
    ]
    capabilities: serverless ? [{ name: 'EnableServerless' }] : []
    enableBurstCapacity: !serverless
    enableMultipleWriteLocations: multiRegionWrites
    enableAutomaticFailover: length(locations) > 1
    // A caller reads what it wrote, anywhere: the SDK sends the session token along.
    consistencyPolicy: { defaultConsistencyLevel: 'Session' }
    // To any second of the last seven days.
    backupPolicy: {
      type: 'Continuous'
      continuousModeProperties: { tier: 'Continuous7Days' }
    }
    disableLocalAuth: true
    disableKeyBasedMetadataWriteAccess: true
    minimalTlsVersion: 'Tls12'
    publicNetworkAccess: publicAccess ? 'Enabled' : 'Disabled'
  }
}

resource database 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases@2025-04-15' = {
  parent: account
  name: model.database
  properties: {
    resource: { id: model.database }
  }
}

@batchSize(1)
resource containers 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2025-04-15' = [
  for container in model.containers: {
    parent: database
    name: container.id
    properties: {
      resource: container
      options: serverless ? {} : { autoscaleSettings: { maxThroughput: autoscaleMaxThroughput } }
    }
  }
]

// Data only, and of this database only. Less would stop the change feed's readers, which read the database's metadata:
// https://github.com/Azure/azure-cosmos-dotnet-v3/issues/3638.
resource assignments 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2025-04-15' = [
  for role in filter(model.roles, r => r.scope == 'cosmos'): {
    parent: account
    name: guid(account.id, principalId, role.id)
    properties: {
      principalId: principalId
      roleDefinitionId: '${account.id}/sqlRoleDefinitions/${role.id}'
      scope: '${account.id}/dbs/${database.name}'
    }
  }
]

// Which partition keys are large, and which are hot. Not every request: that would cost more than the account.
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'partition-keys'
  scope: account
  properties: {
    workspaceId: workspaceId
    logAnalyticsDestinationType: 'Dedicated'
    logs: [
      { category: 'PartitionKeyStatistics', enabled: true }
      { category: 'PartitionKeyRUConsumption', enabled: true }
      { category: 'ControlPlaneRequests', enabled: true }
    ]
  }
}

output id string = account.id
output endpoint string = account.properties.documentEndpoint
