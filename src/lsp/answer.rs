//! Requests about files, each answered from one state of the workspace. A panic in one is an error of that one only.

use std::panic::{AssertUnwindSafe, catch_unwind};

use lsp_server::ErrorCode;
use lsp_types::request::{self, Request};
use lsp_types::{
    CodeActionOrCommand, CompletionList, CompletionResponse, DocumentSymbolResponse, GotoDefinitionResponse,
    Position, PrepareRenameResponse, Uri, WorkspaceSymbolResponse,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::graph::Graph;
use crate::ide::{
    Place, View, actions, completion, definition, folding, hints, hover, lenses, references, rename, symbols,
};
use crate::lsp::convert::Converter;
use crate::lsp::server::Server;
use crate::source::{FileId, Span};

/// Why there is no answer.
pub(super) struct Refusal {
    pub(super) code: ErrorCode,
    pub(super) message: String,
}

/// How much of the workspace an answer needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// The file, and what it has to do with.
    Surroundings,
    /// All files: who has to do with the file is asked.
    Everything,
}

/// The answer to a request; `null` for files that are unknown.
pub(super) fn answer(server: &mut Server<'_>, method: &str, params: Value) -> Result<Value, Refusal> {
    guard(|| dispatch(server, method, params))
}

/// Runs what may have a fault that nobody knows of.
fn guard(run: impl FnOnce() -> Result<Value, Refusal>) -> Result<Value, Refusal> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
        Err(Refusal { code: ErrorCode::InternalError, message: format!("a fault in kplan: {said}") })
    })
}

fn dispatch(server: &mut Server<'_>, method: &str, params: Value) -> Result<Value, Refusal> {
    match method {
        request::HoverRequest::METHOD => {
            let params = read::<request::HoverRequest>(params)?.text_document_position_params;
            at(server, &params.text_document.uri, params.position, Reach::Surroundings, |to, view, place| {
                hover::at(view, place).map(|hover| to.hover(hover))
            })
        }
        request::Completion::METHOD => {
            let params = read::<request::Completion>(params)?.text_document_position;
            at(server, &params.text_document.uri, params.position, Reach::Surroundings, |to, view, place| {
                let items = completion::at(view, place).into_iter().enumerate();
                let items = items.map(|(rank, item)| to.completion(rank, item)).collect();
                CompletionResponse::List(CompletionList { is_incomplete: false, items })
            })
        }
        request::GotoDefinition::METHOD => {
            let params = read::<request::GotoDefinition>(params)?.text_document_position_params;
            at(server, &params.text_document.uri, params.position, Reach::Everything, |to, view, place| {
                GotoDefinitionResponse::Array(to.locations(definition::at(view, place)))
            })
        }
        request::References::METHOD => {
            let params = read::<request::References>(params)?;
            let place = params.text_document_position;
            let with_declaration = params.context.include_declaration;
            at(server, &place.text_document.uri, place.position, Reach::Everything, |to, view, place| {
                let mut found = references::at(view, place);
                if !with_declaration {
                    let declared: Vec<Span> = definition::at(view, place);
                    found.retain(|span| !declared.contains(span));
                }
                to.locations(found)
            })
        }
        request::DocumentHighlightRequest::METHOD => {
            let params = read::<request::DocumentHighlightRequest>(params)?.text_document_position_params;
            at(server, &params.text_document.uri, params.position, Reach::Surroundings, |to, view, place| {
                to.highlights(references::in_file(view, place))
            })
        }
        request::PrepareRenameRequest::METHOD => {
            let params = read::<request::PrepareRenameRequest>(params)?;
            at(server, &params.text_document.uri, params.position, Reach::Everything, |to, view, place| {
                let (span, placeholder) = rename::prepare(view, place)?;
                Some(PrepareRenameResponse::RangeWithPlaceholder { range: to.range(span), placeholder })
            })
        }
        request::Rename::METHOD => rename(server, params),
        request::CodeActionRequest::METHOD => code_actions(server, params),
        request::DocumentSymbolRequest::METHOD => {
            let params = read::<request::DocumentSymbolRequest>(params)?;
            let nests = server.abilities.nests_symbols;
            of_file(server, &params.text_document.uri, Reach::Surroundings, |to, view, file| {
                let symbols = symbols::of_file(view, file);
                match nests {
                    true => DocumentSymbolResponse::Nested(to.nested_symbols(symbols)),
                    false => DocumentSymbolResponse::Flat(to.flat_symbols(symbols)),
                }
            })
        }
        request::WorkspaceSymbolRequest::METHOD => workspace_symbols(server, params),
        request::FoldingRangeRequest::METHOD => {
            let params = read::<request::FoldingRangeRequest>(params)?;
            of_file(server, &params.text_document.uri, Reach::Surroundings, |to, view, file| {
                to.folds(folding::of_file(view, file))
            })
        }
        request::InlayHintRequest::METHOD => {
            let params = read::<request::InlayHintRequest>(params)?;
            if !server.preferences.inlay_hints {
                return Ok(Value::Array(Vec::new()));
            }
            of_file(server, &params.text_document.uri, Reach::Surroundings, |to, view, file| {
                let hints = hints::of_file(view, file).into_iter().map(|hint| to.hint(file, hint));
                hints
                    .filter(|hint| params.range.start <= hint.position && hint.position <= params.range.end)
                    .collect::<Vec<_>>()
            })
        }
        request::CodeLensRequest::METHOD => {
            let params = read::<request::CodeLensRequest>(params)?;
            if !server.preferences.code_lenses {
                return Ok(Value::Array(Vec::new()));
            }
            of_file(server, &params.text_document.uri, Reach::Everything, |to, view, file| {
                lenses::of_file(view, file).into_iter().map(|lens| to.lens(lens)).collect::<Vec<_>>()
            })
        }
        _ => Err(Refusal {
            code: ErrorCode::MethodNotFound,
            message: format!("kplan does not know the request `{method}`"),
        }),
    }
}

fn rename(server: &mut Server<'_>, params: Value) -> Result<Value, Refusal> {
    let params = read::<request::Rename>(params)?;
    let place = params.text_document_position;
    let mut refused = None;
    let result =
        at(server, &place.text_document.uri, place.position, Reach::Everything, |to, view, place| {
            match rename::to(view, place, &params.new_name) {
                Ok(edits) => Some(to.workspace_edit(edits, None)),
                Err(reason) => {
                    refused = Some(reason);
                    None
                }
            }
        })?;
    match refused {
        Some(message) => Err(Refusal { code: ErrorCode::RequestFailed, message }),
        None => Ok(result),
    }
}

/// Actions are about findings, which must be those of the text.
fn code_actions(server: &mut Server<'_>, params: Value) -> Result<Value, Refusal> {
    let params = read::<request::CodeActionRequest>(params)?;
    server.refresh();
    let is_wanted = params.context.only.as_ref().is_none_or(|kinds| {
        kinds.iter().any(|kind| kind.as_str().is_empty() || "quickfix".starts_with(kind.as_str()))
    });
    of_file(server, &params.text_document.uri, Reach::Everything, |to, view, file| {
        let source = to.project.source(file);
        let offset = |position| to.encoding.offset(source, position);
        let span = Span::new(file, offset(params.range.start), offset(params.range.end));
        let actions = if is_wanted { actions::at(view, span) } else { Vec::new() };
        let actions = actions.into_iter().map(|action| {
            let finding = action.diagnostic.and_then(|index| view.diagnostics.get(index));
            CodeActionOrCommand::CodeAction(to.action(action, finding))
        });
        actions.collect::<Vec<_>>()
    })
}

fn workspace_symbols(server: &mut Server<'_>, params: Value) -> Result<Value, Refusal> {
    let query = read::<request::WorkspaceSymbolRequest>(params)?.query;
    let mut found = Vec::new();
    for project in &server.projects {
        let program = project.session().program();
        let graph = Graph::build(&program, project.session().settings());
        let view = View {
            program: &program,
            graph: &graph,
            settings: project.session().settings(),
            diagnostics: &[],
        };
        let to = Converter::new(server, project);
        found.extend(to.flat_symbols(symbols::matching(&view, &query)));
    }
    written(WorkspaceSymbolResponse::Flat(found))
}

fn at<R: serde::Serialize>(
    server: &Server<'_>,
    uri: &Uri,
    position: Position,
    reach: Reach,
    find: impl FnOnce(&Converter<'_>, &View<'_>, Place) -> R,
) -> Result<Value, Refusal> {
    of_file(server, uri, reach, |to, view, file| {
        let offset = to.encoding.offset(to.project.source(file), position);
        find(to, view, Place { file, offset })
    })
}

fn of_file<R: serde::Serialize>(
    server: &Server<'_>,
    uri: &Uri,
    reach: Reach,
    find: impl FnOnce(&Converter<'_>, &View<'_>, FileId) -> R,
) -> Result<Value, Refusal> {
    let Some((project, file)) = server.file_of(uri) else { return Ok(Value::Null) };
    let session = project.session();
    let program = match reach {
        Reach::Surroundings => session.surroundings(file),
        Reach::Everything => session.program(),
    };
    let graph = Graph::build(&program, session.settings());
    let view = View {
        program: &program,
        graph: &graph,
        settings: session.settings(),
        diagnostics: project.diagnostics_in(file),
    };
    written(find(&Converter::new(server, project), &view, file))
}

fn read<R: Request>(params: Value) -> Result<R::Params, Refusal>
where
    R::Params: DeserializeOwned,
{
    serde_json::from_value(params).map_err(|error| Refusal {
        code: ErrorCode::InvalidParams,
        message: format!("the parameters of `{}` cannot be read: {error}", R::METHOD),
    })
}

fn written(result: impl serde::Serialize) -> Result<Value, Refusal> {
    serde_json::to_value(result)
        .map_err(|error| Refusal { code: ErrorCode::InternalError, message: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_of_its_request() {
        let faulty = |text: &str| guard(|| panic!("{text}"));
        for _ in 0..2 {
            let refusal = faulty("index out of bounds").err().unwrap();
            assert_eq!(refusal.code as i32, ErrorCode::InternalError as i32);
            assert!(refusal.message.contains("index out of bounds"));
        }
        assert_eq!(guard(|| Ok(Value::Null)).ok(), Some(Value::Null));
    }
}
