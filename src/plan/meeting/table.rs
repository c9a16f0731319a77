//! Met facts as a table, so that the stages after it read them as any other relation.

use std::fmt;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Result;
use datafusion::logical_expr::{Expr, LogicalPlan, TableType};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::expressions::Column;
use datafusion::physical_plan::projection::ProjectionExec;

use super::operator::Meeting;
use super::recipe::Recipe;

/// Everything that a meeting needs, before it is planned.
pub struct MetFacts {
    pub recipe: Arc<Recipe>,
    pub enrollments: Arc<Vec<RecordBatch>>,
    /// As [`Recipe::ingredients`] has them.
    pub facts: LogicalPlan,
    /// Of the result.
    pub schema: SchemaRef,
}

impl fmt::Debug for MetFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MetFacts")
    }
}

#[async_trait]
impl TableProvider for MetFacts {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Temporary
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let facts = state.create_physical_plan(&self.facts).await?;
        let (recipe, enrollments) = (self.recipe.clone(), self.enrollments.clone());
        let meeting = Arc::new(Meeting::new(facts, recipe, enrollments, self.schema.clone()));
        let Some(projection) = projection else { return Ok(meeting) };
        let column = |i: &usize| {
            let name = self.schema.field(*i).name();
            (Arc::new(Column::new(name, *i)) as Arc<dyn PhysicalExpr>, name.clone())
        };
        let columns: Vec<_> = projection.iter().map(column).collect();
        Ok(Arc::new(ProjectionExec::try_new(columns, meeting)?))
    }
}
